// shows: the callback is kept in a static field until the click
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Pending.run > dispatch Init.run]
// miss: [serial reachable = launcher Main.onCreate > gesture Main.onClick > Pending.run > dispatch Init.run]

class Main extends Activity implements View.OnClickListener {
  protected void onCreate(Bundle state) {
    new Thread(new Warm()).start();
    Pending.work = new Init();
    findViewById(1).setOnClickListener(this);
    Pending.run();                                              // hit
  }
  public void onClick(View view) { Pending.run(); }
}
class Pending {
  static Runnable work;
  static void run() { work.run(); }
}
class Init implements Runnable { public void run() { String id = SERIAL; } }
class Warm implements Runnable { public void run() { } }
