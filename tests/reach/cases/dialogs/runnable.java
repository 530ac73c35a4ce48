// shows: a Runnable handed to a consent dialog runs on the button, however many other Runnables run at the start
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Ask.onCreate > dispatch Init.run]
// miss: [serial reachable = launcher Main.onCreate > lifecycle Ask.onCreate > gesture Ask.onClick > dispatch Init.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    new Handler().post(new Warm());
    new Ask(this, new Init()).show();
  }
}
class Ask extends Dialog implements View.OnClickListener {
  final Runnable agreed;
  Ask(Context context, Runnable agreed) { super(context); this.agreed = agreed; }
  protected void onCreate(Bundle state) {
    findViewById(1).setOnClickListener(this);
    agreed.run();                                               // hit
  }
  public void onClick(View view) { agreed.run(); }
}
class Init implements Runnable { public void run() { String id = SERIAL; } }
class Warm implements Runnable { public void run() { } }
