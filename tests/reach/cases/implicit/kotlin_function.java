// shows: a Kotlin lambda handed to a function that invokes it
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Main.apply > dispatch Work.invoke]
// miss: [serial present = Work.invoke]

import kotlin.jvm.functions.Function0;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    Function0<Object> work = new Work();
    apply(work);                                                // hit
    apply(new Quiet());                                         // miss
  }
  static void apply(Function0<Object> block) { block.invoke(); }
}
class Work implements Function0<Object> {
  public Object invoke() { return SERIAL; }
}
class Quiet implements Function0<Object> {
  public Object invoke() { return null; }
}
