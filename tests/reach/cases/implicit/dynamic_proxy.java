// shows: a dynamic proxy hands each call to its handler
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > callback Hand.invoke]
// miss: [serial present = Hand.invoke]

import java.lang.reflect.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Hand hand = new Hand();
    Object proxy = Proxy.newProxyInstance(null, new Class<?>[] {Runnable.class}, hand); // hit
    Object proxy = new Thread();                                                        // miss
    ((Runnable) proxy).run();
  }
}
class Hand implements InvocationHandler {
  public Object invoke(Object proxy, Method method, Object[] arguments) { return SERIAL; }
}
