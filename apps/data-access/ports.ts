export const ports = { read: 5000, update: 8080 } as const;
