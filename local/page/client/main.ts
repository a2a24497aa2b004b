/** The live page: the region's events in, what they change shown at most once a frame, tables once a second. */
import type { Drop } from "../events";
import { announcer } from "./announce";
import { Connection } from "./connection";
import type { Controls, Selection } from "./controls";
import { byId, html, setText } from "./dom";
import { Drops } from "./drops";
import { Fleet } from "./fleet";
import { FlowTable } from "./flows";
import { shortCount, timeOfDay } from "./format";
import { Header } from "./header";
import { FlowMap } from "./map";
import { phone } from "./board";
import { Panel } from "./panel";
import { PageState } from "./state";
import { connectTheme } from "./theme";

const state = new PageState();
let selection: Selection | undefined;
let isLost = false;

const controls: Controls = {
  state,
  selection: () => selection,
  select: toggleSelection,
  run: (name, body) => void panel.act(name, body),
  askFrom: node => panel.askFrom(node),
  announce: announcer(),
};
const header = new Header(state);
const map = new FlowMap(byId("board"), controls);
const drops = new Drops(state, drop => panel.explain(drop));
const flows = new FlowTable(state);
const fleet = new Fleet(controls);
const panel = new Panel(controls, () => setSelection(undefined));
connectTheme();

let isDue = false;
/** Shows the state in the next frame. */
function showSoon(): void {
  if (isDue) return;
  isDue = true;
  requestAnimationFrame(() => {
    isDue = false;
    map.show();
    map.showSentences();
    drops.show();
    fleet.show();
    panel.show();
    showHits();
    disableWhileLost();
  });
}

const connection = new Connection({
  on: {
    snapshot: snapshot => {
      state.reset(snapshot);
      header.reset();
      header.showTime();
      header.showTotals();
      flows.show();
      showSoon();
    },
    change: change => {
      announceCapacity(() => state.change(change));
      showSoon();
    },
    clock: ({ at }) => {
      state.at = at;
      header.showTime();
    },
    flows: event => {
      state.addFlows(event);
      map.addFlows(event.flows);
    },
    drop: drop => {
      const isNew = state.addDrop(drop);
      map.addDrop(drop);
      if (isNew) announceDrop(drop);
      showSoon();
    },
    cpu: minute => {
      state.addCpu(minute);
      showSoon();
    },
    activity: activity => {
      state.addActivity(activity);
      showSoon();
    },
  },
  lost: showConnection,
});

setInterval(() => {
  if (isLost) return;
  map.tick();
  header.showTotals();
  drops.tick();
  flows.show();
  showHits();
}, 1_000);

function showHits(): void {
  for (const cell of document.querySelectorAll<HTMLElement>("[data-hits]"))
    setText(cell, shortCount(state.hits.get(cell.dataset["hits"] ?? "") ?? 0));
}

function toggleSelection(chosen: Selection): void {
  setSelection(chosen === selection ? undefined : chosen);
  panel.open("act");
}

function setSelection(chosen: Selection | undefined): void {
  selection = chosen;
  map.board.showContents();
  map.showRates();
  panel.show();
  showHits();
  disableWhileLost();
}

document.addEventListener("click", event => {
  const button = (event.target as Element).closest<HTMLElement>("[data-select]");
  const chosen = button?.dataset["select"];
  if (chosen === undefined) return;
  toggleSelection(chosen);
  // A click leaves the focus on the map; the keyboard goes on in the panel, and a sheet takes it anyhow.
  if (selection !== undefined && (event.detail === 0 || phone.matches)) panel.focus("act");
});

function announceDrop({ from, to, port, text, where }: Drop): void {
  controls.announce(
    `Dropped: ${state.name(from)} to ${state.name(to)} port ${port}. ${text} ${state.nearest(where.nearest)}`,
  );
}

function announceCapacity(change: () => void): void {
  const before = new Map(state.picture.autoScalingGroups.map(each => [each.autoScalingGroupName, each]));
  change();
  for (const { autoScalingGroupName, name, desiredCapacity } of state.picture.autoScalingGroups) {
    const known = before.get(autoScalingGroupName);
    if (known && known.desiredCapacity !== desiredCapacity)
      controls.announce(`Desired capacity of ${name} is now ${desiredCapacity}.`);
  }
}

const lostText = html("span");
const banner = byId("lost");
const tryNow = html("button", { class: "button", click: () => connection.open() }, "Try now");

/** @param since the page's time of the last word from the region */
function showConnection(since: number | undefined): void {
  const wasLost = isLost;
  isLost = since !== undefined;
  document.body.classList.toggle("lost", isLost);
  setText(byId("connection"), isLost ? "no connection" : "live");
  if (isLost && !wasLost) banner.replaceChildren(lostText, tryNow);
  banner.hidden = !isLost;
  if (since !== undefined) {
    const seconds = Math.round((performance.now() - since) / 1000);
    const shown = timeOfDay(state.region.startedAt, state.at);
    setText(
      lostText,
      `The region has not answered for ${seconds} s. What you see is of ${shown}. Trying again; is npm start still running?`,
    );
  }
  disableWhileLost();
}

function disableWhileLost(): void {
  for (const button of document.querySelectorAll<HTMLButtonElement>("[data-acts]"))
    button.disabled = isLost || button.hasAttribute("data-bound");
}
