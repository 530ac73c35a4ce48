// shows: a bus that calls an interface is followed, with doubt; one that finds annotated methods by reflection is not
// manifest: {launcher: Main}
// hit: [serial before_consent (dispatch_unsure) = launcher Main.onCreate > Bus.post > dispatch Main.onEvent]
// miss: [serial present = Main.onEvent]

import java.lang.reflect.Method;
class Main extends Activity implements Listener {
  protected void onCreate(Bundle state) {
    Bus.listeners.add(this);
    Bus.post("ready");
  }
  public void onEvent(Object event) { String id = SERIAL; }
}
interface Listener { void onEvent(Object event); }
class Bus {
  static List<Object> listeners = new ArrayList<>();
  static void post(Object event) {
    for (Object one : listeners) ((Listener) one).onEvent(event);                       // hit
    for (Object one : listeners) for (Method method : one.getClass().getMethods())      // miss
      if (method.isAnnotationPresent(Deprecated.class))                                 // miss
        try { method.invoke(one, event); } catch (ReflectiveOperationException error) { } // miss
  }
}
