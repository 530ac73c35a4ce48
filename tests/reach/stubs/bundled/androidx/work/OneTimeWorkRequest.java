package androidx.work;

public final class OneTimeWorkRequest extends WorkRequest {
    OneTimeWorkRequest(String worker) { super(worker); }

    public static final class Builder extends WorkRequest.Builder<Builder, OneTimeWorkRequest> {
        public Builder(Class<? extends ListenableWorker> worker) { super(worker); }

        public OneTimeWorkRequest build() { return new OneTimeWorkRequest(worker); }
    }
}
