/**
 * Notifications of groups. Sources: Auto Scaling API Reference, "PutNotificationConfiguration",
 * "DeleteNotificationConfiguration", "DescribeNotificationConfigurations", "DescribeAutoScalingNotificationTypes".
 */
import { notificationTypes } from "../notifications";
import { refusals } from "../refusals";
import { changeableGroup, oneOf, page } from "./common";
import type { AutoScalingActions } from "./context";

export const notificationActions = {
  /** Replaces what the topic was told before. */
  PutNotificationConfiguration: {
    parameters: ["AutoScalingGroupName"],
    // Nobody is told.
    inert: ["TopicARN", "NotificationTypes"],
    handle({ autoScaling, regionName }, { AutoScalingGroupName, TopicARN = "", NotificationTypes = [] }) {
      const group = changeableGroup(autoScaling, AutoScalingGroupName);
      if (!new RegExp(`^arn:aws[a-z-]*:sns:${regionName}:\\d{12}:[A-Za-z0-9_-]{1,256}$`).test(TopicARN))
        throw refusals.topic(TopicARN);
      const types = NotificationTypes.flatMap(
        type => oneOf(type, notificationTypes, refusals.notificationType) ?? [],
      );
      if (types.length === 0) throw refusals.noNotificationType();
      group.notifications.set(TopicARN, types);
      return {};
    },
  },

  DeleteNotificationConfiguration: {
    parameters: ["AutoScalingGroupName", "TopicARN"],
    handle({ autoScaling }, { AutoScalingGroupName, TopicARN = "" }) {
      changeableGroup(autoScaling, AutoScalingGroupName).notifications.delete(TopicARN);
      return {};
    },
  },

  /** One for each group, topic and type. */
  DescribeNotificationConfigurations: {
    parameters: ["AutoScalingGroupNames", "MaxRecords", "NextToken"],
    handle({ autoScaling }, { AutoScalingGroupNames: names = [], ...paging }) {
      const configurations = [...autoScaling.groups.values()]
        .filter(({ name }) => names.length === 0 || names.includes(name))
        .flatMap(({ name: AutoScalingGroupName, notifications }) =>
          [...notifications].flatMap(([TopicARN, types]) =>
            types.map(NotificationType => ({ AutoScalingGroupName, TopicARN, NotificationType })),
          ),
        );
      const { items, NextToken } = page(configurations, paging, 100);
      return { NotificationConfigurations: items, NextToken };
    },
  },

  DescribeAutoScalingNotificationTypes: {
    parameters: [],
    handle: () => ({ AutoScalingNotificationTypes: [...notificationTypes] }),
  },
} satisfies Partial<AutoScalingActions>;
