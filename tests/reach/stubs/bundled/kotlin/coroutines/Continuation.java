package kotlin.coroutines;

public interface Continuation {
    void resumeWith(Object result);
}
