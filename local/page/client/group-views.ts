/** Auto Scaling groups on the map: a place for each instance, dashed while it is free. */
import type { AutoScalingGroup, Node } from "../events";
import { keepPlaces } from "./arrange";
import { html, refresh } from "./dom";
import { shortId, timeOfDay } from "./format";
import type { PageState } from "./state";

/** Free places beyond these are only counted. */
const mostFreePlaces = 6;
/** How long the cause of a group's last step stands in its title, on the region's clock. */
const causeShownMs = 20 * 60_000;

export class GroupViews {
  private readonly places = new Map<string, (string | undefined)[]>();
  private readonly titles = new Map<string, HTMLElement>();

  constructor(
    private readonly state: PageState,
    private readonly button: (node: Node) => HTMLElement,
  ) {}

  keepPlaces({ autoScalingGroupName: name, instances, maxSize }: AutoScalingGroup): void {
    const ids = instances.map(({ instanceId }) => instanceId);
    this.places.set(name, keepPlaces(this.places.get(name) ?? [], ids, maxSize));
  }

  placesOf({ autoScalingGroupName }: AutoScalingGroup): (string | undefined)[] {
    return this.places.get(autoScalingGroupName) ?? [];
  }

  element(group: AutoScalingGroup): HTMLElement {
    const name = group.autoScalingGroupName;
    const places = this.placesOf(group);
    const free = places.filter(id => id === undefined).length;
    const taken = places.filter(id => id !== undefined);
    // Within what is drawn one by one, a place stays where it is.
    const drawn =
      free > mostFreePlaces
        ? [...taken.map(id => this.place(id)), freePlace(`${free} free`)]
        : places.map(id => (id === undefined ? freePlace("free") : this.place(id)));
    const title = html("span", { class: "label" });
    this.titles.set(name, title);
    return html("div", { class: "group" }, title, html("div", { class: "places" }, ...drawn));
  }

  showTitle(group: AutoScalingGroup): void {
    const { autoScalingGroupName: name, minSize, maxSize, desiredCapacity } = group;
    const { state } = this;
    const title = this.titles.get(name);
    if (!title) return;
    const step = state.activities.find(
      ({ autoScalingGroupName, startTime }) =>
        autoScalingGroupName === name && state.at - startTime < causeShownMs,
    );
    const cause =
      step && `${timeOfDay(state.region.startedAt, step.startTime)} ${step.summary.replace(/ for .*/, "")}`;
    refresh(title, [minSize, maxSize, desiredCapacity, cause], () => [
      html("b", {}, "Auto Scaling group"),
      ` ${minSize} to ${maxSize}, desired ${desiredCapacity}`,
      cause !== undefined && html("span", { class: "cause" }, cause),
    ]);
  }

  private place(id: string): HTMLElement {
    const node = this.state.node(id);
    if (!node) return freePlace(shortId(id));
    const button = this.button(node);
    button.classList.add("place");
    return button;
  }
}

const freePlace = (text: string) => html("div", { class: "place free" }, text);
