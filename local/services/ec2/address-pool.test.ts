import { AddressPool } from "./address-pool";

describe("AddressPool", () => {
  test("gives out addresses from the eleventh to the last but one, then refuses in AWS's word", () => {
    const pool = new AddressPool("10.0.1.0/28");
    expect(Array.from({ length: 5 }, () => pool.take())).toEqual([
      "10.0.1.10",
      "10.0.1.11",
      "10.0.1.12",
      "10.0.1.13",
      "10.0.1.14",
    ]);
    expect(() => pool.take()).toThrow(
      expect.objectContaining({
        code: "InsufficientFreeAddressesInSubnet",
        message: "10.0.1.0/28 has no address left",
      }) as Error,
    );
  });

  test("gives an address out again once it is released, and not before", () => {
    const pool = new AddressPool("10.0.1.0/24");
    const [first, second] = [pool.take(), pool.take()];
    pool.release(first);
    expect(pool.take()).toBe(first);
    expect(pool.take()).not.toBe(second);
  });

  test("crosses the boundaries of bytes, and the sign bit of 32", () => {
    const pool = new AddressPool("223.255.254.0/23");
    const addresses = Array.from({ length: 501 }, () => pool.take());
    expect(addresses[0]).toBe("223.255.254.10");
    expect(addresses[245]).toBe("223.255.254.255");
    expect(addresses[246]).toBe("223.255.255.0");
    expect(addresses[500]).toBe("223.255.255.254");
    expect(new Set(addresses).size).toBe(501);
    expect(() => pool.take()).toThrow("has no address left");
    pool.release("223.255.255.0");
    expect(pool.take()).toBe("223.255.255.0");
  });

  test("counts host bits for nothing, as EC2 does", () => {
    expect(new AddressPool("10.0.1.200/24").take()).toBe("10.0.1.10");
  });

  test("releasing what it never gave out changes nothing", () => {
    const pool = new AddressPool("10.0.1.0/24");
    const first = pool.take();
    for (const foreign of ["10.0.2.10", "192.0.2.1", ""]) pool.release(foreign);
    expect(pool.take()).not.toBe(first);
  });

  test("a range that is no CIDR is refused at once", () => {
    expect(() => new AddressPool("10.0.1.0")).toThrow();
  });
});
