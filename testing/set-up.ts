/** Ends what a test starts once it is over, and what `beforeAll` starts after the file's last test. */
import { cleanUp, openScope } from "./clean-up";

beforeEach(openScope);
afterEach(cleanUp);
afterAll(cleanUp);
