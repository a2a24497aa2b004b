/**
 * A configuration file for the AWS CLI and SDKs with one profile, the region. A command that names it asks the region, and
 * the terminal stays as it is: an exported endpoint would outlive the region.
 */

/** Its name in the region's folder. */
export const awsConfigFile = "aws_config";
export const profileName = "local";

export function awsConfig(url: string, regionName: string): string {
  return [
    `[profile ${profileName}]`,
    `endpoint_url = ${url}`,
    `region = ${regionName}`,
    "aws_access_key_id = any",
    "aws_secret_access_key = any",
    "cli_pager =",
    "",
  ].join("\n");
}
