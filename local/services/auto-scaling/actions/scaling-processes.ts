/** Sources: Auto Scaling API Reference, "SuspendProcesses", "ResumeProcesses", "DescribeScalingProcessTypes". */
import { refusals } from "../refusals";
import { scalingProcesses, type ScalingProcess } from "../scaling-processes";
import { changeableGroup, oneOf } from "./common";
import type { AutoScalingActions } from "./context";

export const scalingProcessActions = {
  SuspendProcesses: {
    parameters: ["AutoScalingGroupName", "ScalingProcesses"],
    handle({ autoScaling }, { AutoScalingGroupName, ScalingProcesses }) {
      changeableGroup(autoScaling, AutoScalingGroupName).suspend(processesFrom(ScalingProcesses));
      return {};
    },
  },

  ResumeProcesses: {
    parameters: ["AutoScalingGroupName", "ScalingProcesses"],
    handle({ autoScaling }, { AutoScalingGroupName, ScalingProcesses }) {
      changeableGroup(autoScaling, AutoScalingGroupName).resume(processesFrom(ScalingProcesses));
      return {};
    },
  },

  DescribeScalingProcessTypes: {
    parameters: [],
    handle: () => ({ Processes: scalingProcesses.map(ProcessName => ({ ProcessName })) }),
  },
} satisfies Partial<AutoScalingActions>;

/** All, if none is named. */
function processesFrom(names: readonly string[] = []): readonly ScalingProcess[] {
  if (names.length === 0) return scalingProcesses;
  return names.flatMap(name => oneOf(name, scalingProcesses, refusals.scalingProcess) ?? []);
}
