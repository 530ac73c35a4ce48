// shows: two dialogs of one base class; only one of them calls its callback without the user
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Base.onCreate > dispatch Tip.shown > dispatch Init.run]
// miss: [serial reachable = launcher Main.onCreate > lifecycle Base.onCreate > gesture Base.onClick > dispatch Init.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    new Tip(this, new Init()).show();                           // hit
    new Tip(this, new Warm()).show();                           // miss
    new Ask(this, new Init()).show();                           // miss
  }
}
abstract class Base extends Dialog implements View.OnClickListener {
  final Runnable work;
  Base(Context context, Runnable work) { super(context); this.work = work; }
  protected void onCreate(Bundle state) { findViewById(1).setOnClickListener(this); shown(); }
  public void onClick(View view) { work.run(); }
  abstract void shown();
}
class Tip extends Base {
  final Runnable then;
  Tip(Context context, Runnable work) { super(context, work); then = work; }
  void shown() { then.run(); }
}
class Ask extends Base {
  Ask(Context context, Runnable work) { super(context, work); }
  void shown() { }
}
class Init implements Runnable { public void run() { String id = SERIAL; } }
class Warm implements Runnable { public void run() { } }
