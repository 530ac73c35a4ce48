// shows: a Kotlin lambda handed to the dialog, while the start runs others of the same kind
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Ask.show > dispatch Init.invoke]
// miss: [serial reachable = launcher Main.onCreate > Ask.show > gesture Ask.onClick > dispatch Init.invoke]

import kotlin.jvm.functions.Function0;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    let(new Warm());
    new Ask().show(this, new Init());
  }
  static void let(Function0<Object> block) { block.invoke(); }
}
class Ask implements DialogInterface.OnClickListener {
  Function0<Object> agreed;
  void show(Context context, Function0<Object> block) {
    agreed = block;
    new AlertDialog.Builder(context).setPositiveButton("OK", this).show();
    block.invoke();                                             // hit
  }
  public void onClick(DialogInterface dialog, int button) { agreed.invoke(); }
}
class Init implements Function0<Object> { public Object invoke() { return SERIAL; } }
class Warm implements Function0<Object> { public Object invoke() { return null; } }
