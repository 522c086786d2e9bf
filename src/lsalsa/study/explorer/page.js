"use strict";
// What is picked lives in `state` and in the page's address, so a link shows the same thing again.
const COLOURS = ["#0072b2", "#d55e00", "#009e73", "#cc79a7", "#56b4e9", "#e69f00", "#555555", "#8c6d31", "#7b3294", "#b2182b"];
const $ = (id) => document.getElementById(id);
const state = { task: 0, method: 0, depth: 0, sample: 0, quantity: 0 };
let tasks = [];

const bytes = (text) => Uint8Array.from(atob(text), (one) => one.charCodeAt(0));

async function unpack() {
  const packed = new Blob([bytes($("data").textContent)]).stream();
  return new Response(packed.pipeThrough(new DecompressionStream("gzip"))).json();
}

const task = () => tasks[state.task];
const method = () => task().methods[state.method];
const estimate = () => method().estimates[state.depth];
const colour = (index) => COLOURS[index % COLOURS.length];
const shown = (value, digits) => (value === null ? "not finite" : value.toFixed(digits));

function element(name, attributes = {}, text = "", space = null) {
  const one = space ? document.createElementNS(space, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) one.setAttribute(key, value);
  if (text !== "") one.textContent = text;
  return one;
}
const svg = (name, attributes, text) => element(name, attributes, text, "http://www.w3.org/2000/svg");

// --- images ---

function picture(packed, index, side, words) {
  const canvas = element("canvas", { width: side, height: side, role: "img", "aria-label": words });
  const image = new ImageData(side, side);
  const pixels = packed.subarray(index * side * side, (index + 1) * side * side);
  pixels.forEach((level, i) => image.data.set([level, level, level, 255], 4 * i));
  canvas.getContext("2d").putImageData(image, 0, 0);
  return canvas;
}

function drawImages() {
  const { side, images } = task();
  const head = element("tr");
  head.append(element("th"), ...images.map((name) => element("th", {}, name)));
  const lines = [[task().first, task().truth, null], ["optimal code", task().optimal.images, task().optimal.psnr]];
  lines.push([`${method().label}, T = ${method().depths[state.depth]}`, estimate().images, estimate().psnr]);
  const rows = lines.map(([label, packed, scores]) => {
    const row = element("tr"), all = bytes(packed);
    row.append(element("th", {}, label));
    images.forEach((name, i) => {
      const cell = element("td");
      cell.append(picture(all, state.sample * images.length + i, side, `${name}: ${label}`));
      cell.append(scores ? shown(scores[state.sample][i], 1) : "\u00a0");
      row.append(cell);
    });
    return row;
  });
  const top = element("thead"), body = element("tbody");
  top.append(head);
  body.append(...rows);
  $("images").replaceChildren(top, body);
}

// --- codes ---

function codeOf(one) {
  const steps = new Int16Array(bytes(one.codes).buffer), n = task().blocks.reduce((a, b) => a + b, 0);
  return Array.from(steps.subarray(state.sample * n, (state.sample + 1) * n), (step) => step * one.scales[state.sample]);
}

function stems(code, x, y, attributes) {
  const path = code.map((value, i) => (value ? `M${x(i).toFixed(1)} ${y(0).toFixed(1)}V${y(value).toFixed(1)}` : "")).join("");
  return svg("path", { d: path, fill: "none", ...attributes });
}

function drawCode() {
  const optimal = codeOf(task().optimal), found = codeOf(estimate()), n = optimal.length;
  const most = Math.max(...optimal.map(Math.abs), 1e-9), limit = 1.5 * most; // what diverged is cut off at the frame
  const x = (i) => 50 + (1060 * (i + 0.5)) / n, y = (value) => 110 - (95 * Math.max(-limit, Math.min(limit, value))) / limit;
  const drawing = $("code"), parts = [svg("line", { x1: 50, x2: 1110, y1: y(0), y2: y(0), class: "axis" })];
  parts.push(stems(optimal, x, y, { stroke: "#bbb", "stroke-width": 4 }));
  parts.push(stems(found, x, y, { stroke: colour(state.method), "stroke-width": 1.5 }));
  for (const value of [-most, 0, most]) parts.push(svg("text", { x: 44, y: y(value) + 4, "text-anchor": "end" }, value.toFixed(2)));
  let first = 0;
  task().blocks.forEach((size, i) => {
    if (i) parts.push(svg("line", { x1: x(first - 0.5), x2: x(first - 0.5), y1: 8, y2: 212, class: "axis" }));
    parts.push(svg("text", { x: x(first + size / 2), y: 232, "text-anchor": "middle" }, `${size} atoms of ${task().components[i]}`));
    first += size;
  });
  drawing.replaceChildren(...parts);
  drawing.setAttribute("aria-label", "The optimal code, broad and grey, and the estimate, thin and coloured");
  const one = estimate(), best = task().optimal;
  $("scores").textContent =
    `Broad and grey: the optimal code (${shown(100 * best.zeros[state.sample], 0)} % zeros). Thin and coloured: ${method().label} with ` +
    `T = ${method().depths[state.depth]} (${shown(100 * one.zeros[state.sample], 0)} % zeros). RMSE between the two: ${shown(one.rmse[state.sample], 4)}.`;
}

// --- curves ---

function axis(values, logarithmic, from, to) {
  const map = logarithmic ? Math.log10 : (value) => value;
  const low = Math.min(...values.map(map)), high = Math.max(...values.map(map)), span = high - low || 1;
  const at = (value) => from + ((map(value) - low) / span) * (to - from);
  return { at, ticks: [0, 1, 2, 3, 4].map((i) => (logarithmic ? 10 ** (low + (i * span) / 4) : low + (i * span) / 4)) };
}

function drawCurves() {
  const { lines, levels, logarithmic, title } = task().curves[state.quantity];
  const points = lines.flat(), values = [...points.map((point) => point[1]), ...levels.map((level) => level[1])];
  const isLog = logarithmic && values.every((value) => value > 0);
  const depths = [...new Set(points.map((point) => point[0]))].sort((a, b) => a - b);
  const x = axis(depths, true, 60, 545), y = axis(values, isLog, 300, 14), parts = [];
  for (const tick of y.ticks) {
    parts.push(svg("line", { x1: 55, x2: 550, y1: y.at(tick), y2: y.at(tick), class: "axis", "stroke-opacity": 0.5 }));
    parts.push(svg("text", { x: 50, y: y.at(tick) + 4, "text-anchor": "end" }, String(Number(tick.toPrecision(3)))));
  }
  for (const depth of depths) parts.push(svg("text", { x: x.at(depth), y: 318, "text-anchor": "middle" }, depth));
  parts.push(svg("text", { x: 302, y: 336, "text-anchor": "middle" }, "T"));
  for (const [words, value] of levels) {
    parts.push(svg("line", { x1: 55, x2: 550, y1: y.at(value), y2: y.at(value), class: "level" }));
    parts.push(svg("text", { x: 548, y: y.at(value) + (y.at(value) < 30 ? 14 : -4), "text-anchor": "end" }, words));
  }
  const order = lines.map((_, i) => i).filter((i) => i !== state.method).concat(state.method); // the picked one on top
  for (const i of order) parts.push(...curve(lines[i], i, x, y));
  $("curves").replaceChildren(...parts);
  $("curves").setAttribute("aria-label", `${title}, over T, for each method`);
}

function curve(line, index, x, y) {
  const picked = index === state.method;
  const path = line.map(([depth, value], i) => `${i ? "L" : "M"}${x.at(depth)} ${y.at(value)}`).join("");
  const drawn = [svg("path", { d: path, fill: "none", stroke: colour(index), "stroke-width": picked ? 3 : 1.2, "stroke-opacity": picked ? 1 : 0.6 })];
  for (const [depth, value] of line) {
    const here = picked && depth === method().depths[state.depth];
    const dot = svg("circle", { cx: x.at(depth), cy: y.at(value), r: here ? 7 : 4, fill: colour(index), "data-method": index, "data-depth": depth });
    if (here) dot.setAttribute("stroke", "#222");
    dot.append(svg("title", {}, `${task().methods[index].label}, T = ${depth}: ${Number(value.toPrecision(4))}`));
    dot.addEventListener("click", () => pick({ method: index, depth: task().methods[index].depths.indexOf(depth) }));
    drawn.push(dot);
  }
  return drawn;
}

function drawLegend() {
  $("legend").replaceChildren(
    ...task().methods.map((one, index) => {
      const button = element("button", { type: "button", "aria-pressed": index === state.method });
      button.append(element("i", { style: `background: ${colour(index)}` }), one.label);
      button.addEventListener("click", () => pick({ method: index }));
      return button;
    }),
  );
}

// --- picking ---

function fill(id, names, chosen) {
  $(id).replaceChildren(...names.map((name, i) => element("option", { value: i }, name)));
  $(id).value = chosen;
}

function within(index, count) {
  return Number.isInteger(index) && index >= 0 && index < count ? index : 0;
}

function pick(changes) {
  const before = task().methods[state.method]?.depths[state.depth];
  Object.assign(state, changes);
  state.task = within(state.task, tasks.length);
  state.method = within(state.method, task().methods.length);
  if (!("depth" in changes)) state.depth = Math.max(0, method().depths.indexOf(before)); // another method at the same T
  state.depth = within(state.depth, method().depths.length);
  state.sample = within(state.sample, task().samples.length);
  state.quantity = within(state.quantity, task().curves.length);
  draw();
}

function draw() {
  fill("task", tasks.map((one) => one.title), state.task);
  fill("method", task().methods.map((one) => one.label), state.method);
  fill("depth", method().depths, state.depth);
  fill("sample", task().samples, state.sample);
  fill("quantity", task().curves.map((one) => one.title), state.quantity);
  drawImages();
  drawCode();
  drawCurves();
  drawLegend();
  if (location.protocol !== "data:") history.replaceState(null, "", `#${new URLSearchParams(state)}`); // a report's frame has no address
}

function listen() {
  for (const name of Object.keys(state)) $(name).addEventListener("change", () => pick({ [name]: Number($(name).value) }));
  const turn = (by) => pick({ sample: (state.sample + by + task().samples.length) % task().samples.length });
  $("previous").addEventListener("click", () => turn(-1));
  $("next").addEventListener("click", () => turn(1));
}

unpack().then(
  (content) => {
    tasks = content.tasks;
    const given = new URLSearchParams(location.hash.slice(1));
    listen();
    pick(Object.fromEntries(Object.keys(state).map((name) => [name, Number(given.get(name) ?? 0)])));
    document.body.dataset.ready = "yes";
  },
  (error) => {
    $("failed").hidden = false;
    $("failed").textContent = `This browser cannot unpack the page's data (${error}); Firefox 113, Chrome 80 and Safari 16.4 or later can.`;
  },
);
