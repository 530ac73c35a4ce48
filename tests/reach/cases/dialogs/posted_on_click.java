// shows: a Runnable made at the start and posted from within the click
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > scheduled Init.run]
// miss: [serial reachable = launcher Main.onCreate > gesture Main.onClick > scheduled Init.run]

class Main extends Activity implements View.OnClickListener {
  final Handler handler = new Handler();
  final Runnable init = new Init();
  protected void onCreate(Bundle state) {
    handler.post(new Warm());
    findViewById(1).setOnClickListener(this);
    handler.postDelayed(init, 1000);                            // hit
  }
  public void onClick(View view) { handler.post(init); }
}
class Init implements Runnable { public void run() { String id = SERIAL; } }
class Warm implements Runnable { public void run() { } }
