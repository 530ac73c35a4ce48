package androidx.work;

public abstract class WorkRequest {
    final String worker;

    WorkRequest(String worker) { this.worker = worker; }

    public abstract static class Builder<B extends Builder<B, W>, W extends WorkRequest> {
        final String worker;

        Builder(Class<? extends ListenableWorker> worker) { this.worker = worker.getName(); }

        public abstract W build();
    }
}
