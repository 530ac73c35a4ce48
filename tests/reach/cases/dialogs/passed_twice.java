// shows: the callback goes through two methods before the dialog has it
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Main.ask > Asker.ask > dispatch Init.run]
// miss: [serial reachable = launcher Main.onCreate > Main.ask > Asker.ask > gesture Asker.onClick > dispatch Init.run]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    new Warm().run();
    ask(new Init());
  }
  void ask(Runnable work) { new Asker().ask(this, work); }
}
class Asker implements DialogInterface.OnClickListener {
  Runnable agreed;
  void ask(Context context, Runnable work) {
    agreed = work;
    new AlertDialog.Builder(context).setPositiveButton("OK", this).show();
    work.run();                                                 // hit
  }
  public void onClick(DialogInterface dialog, int button) { agreed.run(); }
}
class Init implements Runnable { public void run() { String id = SERIAL; } }
class Warm implements Runnable { public void run() { } }
