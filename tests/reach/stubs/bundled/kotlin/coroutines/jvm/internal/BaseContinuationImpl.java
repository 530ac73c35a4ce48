package kotlin.coroutines.jvm.internal;

import kotlin.coroutines.Continuation;

public abstract class BaseContinuationImpl implements Continuation {
    private final Continuation completion;

    public BaseContinuationImpl(Continuation completion) { this.completion = completion; }

    public final void resumeWith(Object result) {
        Object outcome = invokeSuspend(result);
        if (completion != null) completion.resumeWith(outcome);
    }

    protected abstract Object invokeSuspend(Object result);

    public Continuation create(Object value, Continuation completion) { throw new UnsupportedOperationException(); }
}
