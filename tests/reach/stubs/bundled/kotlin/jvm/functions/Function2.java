package kotlin.jvm.functions;

public interface Function2<P1, P2, R> {
    R invoke(P1 one, P2 two);
}
