package kotlinx.coroutines;

public interface CoroutineScope { }
