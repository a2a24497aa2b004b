/** Errors by codes that refusals share. Source: "Error codes for the Amazon EC2 API". */
import { AwsError } from "../../api/aws-error";

export const invalidValue = (message: string) => new AwsError("InvalidParameterValue", message);
export const invalidCombination = (message: string) => new AwsError("InvalidParameterCombination", message);
export const missing = (message: string) => new AwsError("MissingParameter", message);
