package androidx.work;

public final class PeriodicWorkRequest extends WorkRequest {
    PeriodicWorkRequest(String worker) { super(worker); }

    public static final class Builder extends WorkRequest.Builder<Builder, PeriodicWorkRequest> {
        public Builder(Class<? extends ListenableWorker> worker, long every, java.util.concurrent.TimeUnit unit) { super(worker); }

        public PeriodicWorkRequest build() { return new PeriodicWorkRequest(worker); }
    }
}
