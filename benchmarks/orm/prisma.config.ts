import { defineConfig } from "prisma/config";

// Only the client is generated from it; the URL is the harness's.
export default defineConfig({ schema: "prisma/schema.prisma" });
