// shows: callbacks are collected at the start and all run on the click; no doubt about when, only about which
// manifest: {launcher: Main}
// hit: [serial before_consent (dispatch_unsure) = launcher Main.onCreate > Main.runAll > dispatch Init.run]
// miss: [serial reachable (dispatch_unsure) = launcher Main.onCreate > gesture Main.onClick > Main.runAll > dispatch Init.run]

class Main extends Activity implements View.OnClickListener {
  List<Runnable> waiting = new ArrayList<>();
  protected void onCreate(Bundle state) {
    new Thread(new Warm()).start();
    waiting.add(new Init());
    findViewById(1).setOnClickListener(this);
    runAll();                                                   // hit
  }
  public void onClick(View view) { runAll(); }
  void runAll() { for (Runnable one : waiting) one.run(); }
}
class Init implements Runnable { public void run() { String id = SERIAL; } }
class Warm implements Runnable { public void run() { } }
