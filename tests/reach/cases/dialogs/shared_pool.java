// shows: one method runs whatever it is given, at the start something harmless, on the click the collecting one
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > Pool.run > scheduled Init.run]
// miss: [serial reachable = launcher Main.onCreate > gesture Main.onClick > Pool.run > scheduled Init.run]

class Main extends Activity implements View.OnClickListener {
  protected void onCreate(Bundle state) {
    Pool.run(new Warm());
    findViewById(1).setOnClickListener(this);
    Pool.run(new Init());                                       // hit
  }
  public void onClick(View view) { Pool.run(new Init()); }
}
class Pool {
  static final Executor executor = Executors.newSingleThreadExecutor();
  static void run(Runnable work) { executor.execute(work); }
}
class Init implements Runnable { public void run() { String id = SERIAL; } }
class Warm implements Runnable { public void run() { } }
