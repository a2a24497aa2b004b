/** The fleet: capacity, the alarms' minutes, CPU against target, activities with their causes. */
import type { AutoScalingGroup, CpuMinute } from "../events";
import { chartElements } from "./chart";
import type { Controls } from "./controls";
import { byId, html, refresh, setText, svg } from "./dom";
import { plural, timeOfDay } from "./format";

export class Fleet {
  private readonly element = byId("fleet");
  private readonly title = html("h2", { id: "fleet-title" }, "Fleet");
  private readonly inService = html("span", { class: "mute" });
  private readonly choice = html("select", {
    "aria-label": "Auto Scaling group",
    change: () => this.choose(),
  });
  private readonly desired = html("output", { "aria-label": "Desired capacity" });
  private readonly fewer = this.stepButton("One fewer", "−", -1);
  private readonly more = this.stepButton("One more", "+", 1);
  private readonly stepper = html(
    "div",
    { class: "stepper", role: "group", "aria-label": "Desired capacity" },
    html("span", { class: "mute" }, "desired"),
    this.fewer,
    this.desired,
    this.more,
  );
  private readonly meters = html("div", { class: "meters" });
  private readonly chart = svg("svg", { class: "chart", role: "img", "aria-labelledby": "chart-text" });
  private readonly chartText = html("figcaption", { class: "visually-hidden", id: "chart-text" });
  private readonly figure = html("figure", {}, this.chart, this.chartText);
  private readonly activities = html("ol", {
    class: "activities",
    tabindex: 0,
    "aria-label": "Scaling activities, newest first",
  });
  private chosen?: string;

  constructor(private readonly controls: Controls) {
    this.element.append(
      html("div", { class: "head" }, this.title, this.choice, this.inService, this.stepper),
      this.meters,
      this.figure,
      this.activities,
    );
    new ResizeObserver(() => this.show()).observe(this.chart);
  }

  show(): void {
    const { state } = this.controls;
    const groups = state.picture.autoScalingGroups;
    const group = groups.find(each => each.autoScalingGroupName === this.chosen) ?? groups[0];
    this.choice.hidden = groups.length < 2;
    this.stepper.hidden = !group;
    refresh(
      this.choice,
      groups.map(({ autoScalingGroupName, name }) => [autoScalingGroupName, name]),
      () =>
        groups.map(({ autoScalingGroupName, name }) => html("option", { value: autoScalingGroupName }, name)),
    );
    for (const part of [this.meters, this.figure, this.activities]) part.hidden = !group;
    if (!group) {
      setText(this.inService, "There is no Auto Scaling group.");
      return;
    }
    this.choice.value = group.autoScalingGroupName;
    const minutes = state.cpuOf(group.autoScalingGroupName);
    this.showCapacity(group);
    this.showMeters(group, minutes.at(-1));
    this.showChart(group, minutes);
    this.showActivities(group);
  }

  private showCapacity({ instances, desiredCapacity, minSize, maxSize }: AutoScalingGroup): void {
    const inService = instances.filter(({ lifecycleState }) => lifecycleState === "InService").length;
    setText(this.inService, `${inService} of ${desiredCapacity} in service`);
    setText(this.desired, String(desiredCapacity));
    this.fewer.toggleAttribute("data-bound", desiredCapacity <= minSize);
    this.more.toggleAttribute("data-bound", desiredCapacity >= maxSize);
    for (const button of [this.fewer, this.more]) button.disabled = button.hasAttribute("data-bound");
  }

  private showMeters(
    { targetTracking, minSize, desiredCapacity }: AutoScalingGroup,
    last: CpuMinute | undefined,
  ): void {
    const { high, low } = last?.breaching ?? { high: 0, low: 0 };
    // Part of one instance, which a fleet at rest needs, is rounded up.
    const least = Math.max(1, minSize);
    const limit = desiredCapacity <= least ? `, not below ${least}` : "";
    refresh(this.meters, [targetTracking, high, low, limit], () =>
      targetTracking
        ? [
            meter(
              `above ${round(targetTracking.high.threshold)} %: scales out`,
              high,
              targetTracking.high.evaluationPeriods,
            ),
            meter(
              `below ${round(targetTracking.low.threshold)} %: scales in${limit}`,
              low,
              targetTracking.low.evaluationPeriods,
            ),
          ]
        : [html("span", { class: "mute" }, "No target tracking policy.")],
    );
  }

  private showChart(group: AutoScalingGroup, minutes: CpuMinute[]): void {
    const width = this.chart.clientWidth;
    if (width === 0) return;
    const { startedAt } = this.controls.state.region;
    const { targetTracking, maxSize } = group;
    const data = [width, startedAt, targetTracking, maxSize, minutes.length, minutes[0]?.at, minutes.at(-1)];
    refresh(this.chart, data, () => chartElements(group, minutes, { width, startedAt }));
    const last = minutes.at(-1);
    const mean = last?.mean === undefined ? "not known yet" : `${Math.round(last.mean)} percent`;
    setText(
      this.chartText,
      `Mean CPU of the fleet ${mean}, target ${targetTracking?.targetValue ?? "none"}; ` +
        `desired ${group.desiredCapacity}, in service ${last?.inService ?? 0}.`,
    );
  }

  private showActivities({ autoScalingGroupName }: AutoScalingGroup): void {
    const { activities, region } = this.controls.state;
    const ofGroup = activities.filter(each => each.autoScalingGroupName === autoScalingGroupName);
    const opened = new Set(
      [...this.activities.querySelectorAll<HTMLElement>("details[open]")].map(
        each => each.dataset["activity"],
      ),
    );
    refresh(this.activities, [region.startedAt, ofGroup], () =>
      ofGroup.map(({ activityId, startTime, description, statusCode, summary, cause }) =>
        html(
          "li",
          {},
          html("span", { class: "mute" }, timeOfDay(region.startedAt, startTime)),
          html(
            "div",
            {},
            description,
            statusCode === "InProgress" && html("span", { class: "mute" }, " (in progress)"),
            statusCode === "WaitingForELBConnectionDraining" &&
              html("span", { class: "mute" }, " (draining)"),
            statusCode === "Failed" && html("span", { class: "dropped" }, " ✕ failed"),
            html(
              "details",
              { "data-activity": activityId, open: opened.has(activityId) },
              html("summary", { "data-focus": activityId }, summary),
              html("p", {}, cause),
            ),
          ),
        ),
      ),
    );
  }

  private choose(): void {
    this.chosen = this.choice.value;
    this.show();
  }

  private stepButton(label: string, sign: string, step: number): HTMLButtonElement {
    const click = () => {
      const { state, run } = this.controls;
      const group = state.group(this.choice.value);
      if (!group) return;
      const { autoScalingGroupName, desiredCapacity } = group;
      run("setDesiredCapacity", { autoScalingGroupName, desiredCapacity: desiredCapacity + step });
    };
    return html("button", { class: "button", "data-acts": true, "aria-label": label, click }, sign);
  }
}

function meter(text: string, full: number, of: number): HTMLElement {
  const shown = Math.min(full, of);
  return html(
    "span",
    { class: "meter" },
    html("span", {}, text),
    html(
      "span",
      { role: "img", "aria-label": `${shown} of ${plural(of, "minute")}` },
      ...Array.from({ length: of }, (_, index) => html("i", { class: index < shown ? "full" : "" })),
    ),
  );
}

const round = (percent: number) => Math.round(percent * 10) / 10;
