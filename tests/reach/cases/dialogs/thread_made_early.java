// shows: a Thread object made at the start and started on the click
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Init.run]
// miss: [serial reachable = launcher Main.onCreate > gesture Main.onClick > scheduled Init.run]

class Main extends Activity implements View.OnClickListener {
  Thread init;
  protected void onCreate(Bundle state) {
    new Thread(new Warm()).start();
    init = new Thread(new Init());
    findViewById(1).setOnClickListener(this);
    init.start();                                               // hit
  }
  public void onClick(View view) { init.start(); }
}
class Init implements Runnable { public void run() { String id = SERIAL; } }
class Warm implements Runnable { public void run() { } }
