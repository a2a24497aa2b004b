export const ports = { http: 8080 } as const;
