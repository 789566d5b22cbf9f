// The worker runs the Go program, so that the page stays alive while a file is read. It tells the page what it does by
// messages: "ready", "progress", "done" and "failed".
"use strict";
importScripts("wasm_exec.js");

let whence; // the functions of the Go program

self.loaded = (functions) => {
  whence = functions;
  postMessage({ type: "ready", about: whence.about("en") });
};

start().catch((error) => postMessage({ type: "failed", fatal: true, error: String(error) }));

async function start() {
  const answer = await fetch("whence.wasm.gz");
  if (!answer.ok) throw new Error("the program could not be loaded: " + answer.status);
  const go = new Go();
  const { instance } = await WebAssembly.instantiate(await unpacked(answer), go.importObject);
  go.run(instance).then(() => postMessage({ type: "failed", fatal: true, error: "the program has ended" }));
}

// unpacked returns the program. Some servers unpack it on the way.
async function unpacked(answer) {
  const bytes = await answer.arrayBuffer();
  const head = new Uint8Array(bytes, 0, 2);
  if (head[0] !== 0x1f || head[1] !== 0x8b) return bytes;
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"));
  return new Response(stream).arrayBuffer();
}

self.onmessage = ({ data: job }) => {
  try {
    postMessage({ type: "done", id: job.id, ...run(job) });
  } catch (error) { // the Go program has no more memory, or a fault
    postMessage({ type: "failed", fatal: true, id: job.id, error: String(error) });
  }
};

function run(job) {
  switch (job.type) {
    case "about":
      return whence.about(job.lang);
    case "claim":
      return whence.claim(job.text);
    case "analyze":
      return whence.analyze(job.file, JSON.stringify(job.request),
        (bytes, records) => postMessage({ type: "progress", id: job.id, bytes, records }));
    case "verify":
      return whence.verify(job.file, job.lang);
    case "save":
      return whence.save(job.format);
  }
}
