// What `inWorker()` runs in its worker; for bundlers that need to be told of it as an entry. It exports nothing.

export {};
