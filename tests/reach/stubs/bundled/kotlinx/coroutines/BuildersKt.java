package kotlinx.coroutines;

import android.os.Handler;
import kotlin.coroutines.Continuation;
import kotlin.coroutines.jvm.internal.BaseContinuationImpl;
import kotlin.jvm.functions.Function2;

/** Makes the coroutine from its block and resumes it on the main thread. */
public final class BuildersKt {
    public static Object launch$default(CoroutineScope scope, Object context, Object start, Function2 block, int mask, Object marker) {
        new Handler().post(new DispatchedTask(((BaseContinuationImpl) block).create(scope, null)));
        return null;
    }

    static final class DispatchedTask implements Runnable {
        private final Continuation continuation;

        DispatchedTask(Continuation continuation) { this.continuation = continuation; }

        public void run() { continuation.resumeWith(null); }
    }
}
