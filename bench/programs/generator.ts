/** Makes each load that it is sent, one after the other, and sends back what came of it. */
import { saturate, type Load } from "../saturate";

process.on("message", load => {
  saturate(load as Load).then(
    served => process.send?.(served),
    (error: unknown) => process.send?.({ error: (error as Error).message }),
  );
});
