// The page: it asks for a file and claims, gives them to the worker, and shows what comes back. Nothing is sent to
// anybody. Texts of others get into the page as text, and the brief into a frame in which no script runs.
"use strict";

const $ = (id) => document.getElementById(id);

let worker; // which runs the Go program
let job = 0; // the number of the last one
let fields = {}; // what the user was asked about the file
let asked = ""; // the field of the question that is open
let started = 0; // when the reading began
const waiting = new Map(); // for answers, by number of the job

function startWorker() {
  $("go").disabled = true;
  worker = new Worker("worker.js");
  worker.onmessage = ({ data }) => receive(data);
  worker.onerror = (event) => fail(event.message || "the program could not be loaded");
}

function receive(message) {
  switch (message.type) {
    case "ready":
      $("state").textContent = "Ready.";
      if (!$("country").length) fill(message.about);
      ready();
      return;
    case "progress":
      showProgress(message);
      return;
    case "done":
      waiting.get(message.id)?.(message);
      waiting.delete(message.id);
      return;
    case "failed":
      fail(message.error);
  }
}

// ask gives the worker a job, and returns its answer.
function ask(what) {
  job++;
  return new Promise((done) => {
    waiting.set(job, done);
    worker.postMessage({ id: job, ...what });
  });
}

// fail shows that the program is gone, and starts it anew.
function fail(text) {
  worker.terminate();
  waiting.clear();
  busy(false);
  showError(text.includes("memory") ? "The browser has not enough memory for this file." : "The program stopped: " + text);
  $("state").textContent = "The program is loaded again when you reload the page.";
}

function fill({ countries, languages, database, built }) {
  const names = countries.map(([code, name]) => new Option(`${name} (${code})`, code));
  names.sort((a, b) => a.text.localeCompare(b.text, "en"));
  $("country").append(new Option("choose …", ""), ...names);
  const called = new Intl.DisplayNames(["en"], { type: "language" });
  $("lang").append(...languages.map((tag) => new Option(called.of(tag), tag)));
  $("database").textContent = `${database}, built ${built}`;
}

function ready() {
  $("go-help").hidden = $("file").files.length > 0;
  $("go").disabled = !$("file").files.length || $("state").textContent !== "Ready." || !$("work").hidden;
}

// The claim

function compose() {
  const kind = $("kind").value, country = $("country").value;
  $("claim").value = kind && country ? kind.replace("C", country) : "";
  checkClaims();
}

const claims = () => $("claim").value.split("\n").map((line) => line.trim()).filter(Boolean);

async function checkClaims() {
  const state = $("claim-state");
  const before = $("claim").value;
  const answers = await Promise.all(claims().map((text) => ask({ type: "claim", text })));
  if ($("claim").value !== before) return; // the user goes on typing
  state.replaceChildren();
  for (const [i, answer] of answers.entries()) {
    const line = document.createElement("div");
    line.className = answer.error ? "no" : "yes";
    line.textContent = answer.error ? `“${claims()[i]}” is no claim: ${answer.error}` : "Will be checked: " + answer.claim;
    state.append(line);
  }
}

// The file

// isEvidence reads how a file begins.
async function isEvidence(file) {
  return (await file.slice(0, 13).text()) === '{"evidence":{';
}

async function choose() {
  fields = {};
  $("ask").hidden = true;
  clear();
  const file = $("file").files[0];
  ready();
  $("go").textContent = "Make the brief";
  $("claims").hidden = false;
  if (!file || !(await isEvidence(file))) return;
  $("go").textContent = "Verify the evidence";
  $("claims").hidden = true;
  if (!$("go").disabled) run();
}

function clear() {
  $("error").hidden = $("result").hidden = $("warning").hidden = true;
}

function busy(is) {
  $("work").hidden = !is;
  if (is) {
    $("bar").removeAttribute("value");
    $("pace").textContent = "";
    started = performance.now();
  }
  ready();
}

async function run() {
  clear();
  const file = $("file").files[0];
  if (!file || $("go").disabled) return;
  if (asked) fields[asked] = $("answer").value;
  busy(true);
  $("work").scrollIntoView({ block: "nearest" });
  const lang = $("lang").value;
  const answer = await ((await isEvidence(file)) ? ask({ type: "verify", file, lang }) : ask({
    type: "analyze", file, request: {
      claims: claims(), bursts: $("form").elements.scope.value === "bursts", all: $("every").checked,
      title: $("title").value, lang, zone: $("zone").value.trim(), key: $("key").value,
      handshake: $("handshake").checked, sampling: Number($("sampling").value) || 1, fields,
    },
  }));
  busy(false);
  $("ask").hidden = true;
  asked = "";
  if (answer.candidates) question(answer);
  else if (answer.error) showError(answer.error);
  else show(answer);
}

// question lets the user decide what the file leaves open.
function question({ error, field, candidates }) {
  asked = field;
  const what = { Source: "Which field has the address?", Format: "What is it?" }[field] ?? field + "?";
  $("question").textContent = `${what} (${error})`;
  $("answer").replaceChildren(...candidates.slice(0, 200).map((c) => new Option(c.slice(0, 80), c)));
  $("ask").hidden = false;
  $("answer").focus();
}

function showProgress({ bytes, records }) {
  const size = $("file").files[0].size;
  const part = Math.min(1, bytes / size);
  const seconds = (performance.now() - started) / 1000;
  $("bar").value = part;
  let text = `${Math.floor(100 * part)} % of ${megabytes(size)}, ${records.toLocaleString("en")} records`;
  if (seconds > 1 && part > 0) {
    text += `, ${megabytes(bytes / seconds)} a second, about ${Math.ceil(seconds / part - seconds)} s left`;
  }
  $("pace").textContent = text;
}

const megabytes = (n) => (n < 1e5 ? `${(n / 1e3).toFixed(1)} kB` : `${(n / 1e6).toFixed(1)} MB`);

// The answer

function showError(text) {
  $("error").textContent = text;
  $("error").hidden = false;
  $("error").scrollIntoView({ block: "nearest" });
}

function show(answer) {
  $("says").replaceChildren();
  if ("holds" in answer) {
    const verdict = document.createElement("p");
    verdict.className = answer.holds ? "yes" : "no";
    verdict.textContent = answer.holds ? "✓ The evidence holds." : "✗ The evidence does not hold.";
    const says = document.createElement("p");
    says.textContent = answer.says;
    $("says").append(verdict, says);
  }
  $("read").textContent = answer.read ?? "";
  $("warning").hidden = !answer.broken;
  $("warning").textContent = `The file could not be read to its end: ${answer.broken}. The brief is about what stands before.`;
  const has = Boolean(answer.html);
  $("brief").hidden = $("save").hidden = !has;
  $("evidence").hidden = $("evidence-note").hidden = !answer.evidence;
  $("result").hidden = false;
  if (has) $("brief").srcdoc = answer.html;
  $("h-result").textContent = "holds" in answer ? "The evidence" : "The brief";
  $("h-result").focus();
}

// The frame is as high as the brief. Its links open beside the page.
$("brief").addEventListener("load", () => {
  const { body, documentElement } = $("brief").contentDocument;
  const fit = () => { $("brief").style.height = documentElement.scrollHeight + 4 + "px"; };
  new ResizeObserver(fit).observe(body);
  fit();
  for (const link of body.querySelectorAll('a[href^="http"]')) {
    link.target = "_blank";
    link.rel = "noreferrer noopener";
  }
});

async function save(format) {
  const { error, data, name } = await ask({ type: "save", format });
  if (error) return showError(error);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([data], { type: "application/octet-stream" }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000);
}

// What the user does

$("file").addEventListener("change", choose);
$("kind").addEventListener("change", compose);
$("country").addEventListener("change", compose);
$("claim").addEventListener("input", checkClaims);
$("form").addEventListener("submit", (event) => {
  event.preventDefault();
  run();
});
$("stop").addEventListener("click", () => {
  worker.terminate();
  waiting.clear();
  $("state").textContent = "Loading …";
  busy(false);
  startWorker();
});
$("print").addEventListener("click", () => $("brief").contentWindow.print());
for (const button of $("save").querySelectorAll("[data-format]")) {
  button.addEventListener("click", () => save(button.dataset.format));
}
for (const type of ["dragover", "drop"]) {
  addEventListener(type, (event) => event.preventDefault()); // else the browser would open the file
}
addEventListener("dragover", () => $("drop").classList.add("over"));
addEventListener("dragleave", () => $("drop").classList.remove("over"));
addEventListener("drop", (event) => {
  $("drop").classList.remove("over");
  if (!event.dataTransfer.files.length) return;
  $("file").files = event.dataTransfer.files;
  choose();
});

startWorker();
