// shows: a method returns the callback; at the start it is only kept
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Main$1.run]
// miss: [serial reachable = launcher Main.onCreate > gesture Main.onClick > dispatch Main$1.run]

class Main extends Activity implements View.OnClickListener {
  Runnable kept;
  protected void onCreate(Bundle state) {
    new Warm().run();
    kept = make();
    findViewById(1).setOnClickListener(this);
    kept.run();                                                 // hit
  }
  Runnable make() {
    return new Runnable() { public void run() { String id = SERIAL; } };
  }
  public void onClick(View view) { kept.run(); }
}
class Warm implements Runnable { public void run() { } }
