const prepare = ({ module, memory }) =>
  new WebAssembly.Instance(module, { env: { memory } }).exports.run;
const programs = new Map();
const listen = (port, { thread, threads, gate }) => {
  const words = new Int32Array(gate);
  const mine = thread + 1;
  const leave = () => {
    Atomics.store(words, mine, 0);
    Atomics.notify(words, mine);
  };
  const enter = () => {
    Atomics.store(words, mine, 1);
    if (Atomics.load(words, 0) === 0) return;
    leave();
    Atomics.wait(words, 0, 1);
  };
  const work = (message) => {
    enter();
    try {
      if (message.kind === "load") programs.set(message.id, prepare(message.payload));
      if (message.kind === "run") programs.get(message.id)(thread, threads, message.steps);
      if (message.kind === "drop") programs.delete(message.id);
      return { done: true };
    } catch (error) {
      return { error: String(error && error.stack || error) };
    } finally {
      leave();
    }
  };
  const answer = (message) => port.postMessage(work(message));
  if (port.on) port.on("message", answer);
  else port.onmessage = (event) => answer(event.data);
};
if (typeof require === "function") {
  const { parentPort, workerData } = require("node:worker_threads");
  listen(parentPort, workerData);
} else {
  self.onmessage = ({ data }) => listen(self, data);
}
