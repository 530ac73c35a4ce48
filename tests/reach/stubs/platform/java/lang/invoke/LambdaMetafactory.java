package java.lang.invoke;

public final class LambdaMetafactory {
    public static CallSite metafactory(MethodHandles.Lookup caller, String name, MethodType type, MethodType method, MethodHandle implementation, MethodType dynamic) { return null; }
}
