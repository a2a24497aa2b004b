import { AddressPool } from "./address-pool";

describe("AddressPool", () => {
  test("allocates from the eleventh address, all but the five that AWS reserves, then fails with AWS's error code", () => {
    const pool = new AddressPool("10.0.1.0/28");
    const last = [10, 11, 12, 13, 14, 4, 5, 6, 7, 8, 9];
    expect(pool.available).toBe(11);
    expect(last.map(() => pool.take())).toEqual(last.map(number => `10.0.1.${number}`));
    expect(pool.available).toBe(0);
    expect(() => pool.take()).toThrow(
      expect.objectContaining({
        code: "InsufficientFreeAddressesInSubnet",
        message: "10.0.1.0/28 has no free addresses",
      }) as Error,
    );
  });

  test("reuses an address only once it is released", () => {
    const pool = new AddressPool("10.0.1.0/24");
    const [first, second] = [pool.take(), pool.take()];
    pool.release(first);
    expect(pool.take()).toBe(first);
    expect(pool.take()).not.toBe(second);
  });

  test("that reuses late gives a released address only after all others", () => {
    const pool = new AddressPool("10.0.1.0/28", "late");
    const first = pool.take();
    pool.release(first);
    const others = Array.from({ length: 10 }, () => pool.take());
    expect(others).not.toContain(first);
    expect(pool.take()).toBe(first);
    expect(() => pool.take()).toThrow("has no free addresses");
  });

  test("crosses byte boundaries and handles addresses with the sign bit set", () => {
    const pool = new AddressPool("223.255.254.0/23");
    const addresses = Array.from({ length: 507 }, () => pool.take());
    expect(addresses[0]).toBe("223.255.254.10");
    expect(addresses[245]).toBe("223.255.254.255");
    expect(addresses[246]).toBe("223.255.255.0");
    expect(addresses[500]).toBe("223.255.255.254");
    expect(new Set(addresses).size).toBe(507);
    expect(() => pool.take()).toThrow("has no free addresses");
    pool.release("223.255.255.0");
    expect(pool.take()).toBe("223.255.255.0");
  });

  test("ignores host bits, as EC2 does", () => {
    expect(new AddressPool("10.0.1.200/24").take()).toBe("10.0.1.10");
  });

  test("ignores the release of an address that it never allocated", () => {
    const pool = new AddressPool("10.0.1.0/24");
    const first = pool.take();
    for (const foreign of ["10.0.2.10", "192.0.2.1", ""]) pool.release(foreign);
    expect(pool.take()).not.toBe(first);
  });

  test("rejects a range that isn't a CIDR block", () => {
    expect(() => new AddressPool("10.0.1.0")).toThrow();
  });
});
