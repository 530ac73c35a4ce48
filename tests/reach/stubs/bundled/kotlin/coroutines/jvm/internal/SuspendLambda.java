package kotlin.coroutines.jvm.internal;

import kotlin.coroutines.Continuation;

public abstract class SuspendLambda extends BaseContinuationImpl {
    private final int arity;

    public SuspendLambda(int arity, Continuation completion) {
        super(completion);
        this.arity = arity;
    }
}
