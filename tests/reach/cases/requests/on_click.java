// shows: asked at the start, or when the user presses a button
// manifest: {launcher: Main}
// hit: [asks CAMERA before_consent = launcher Main.onCreate > Main.ask]
// miss: [asks CAMERA reachable = launcher Main.onCreate > gesture Press.onClick > Main.ask]

class Main extends Activity {
  protected void onCreate(Bundle state) {
    ask();                                                      // hit
    findViewById(1).setOnClickListener(new Press(this));        // miss
  }
  void ask() { requestPermissions(new String[] {"android.permission.CAMERA"}, 1); }
}
class Press implements View.OnClickListener {
  final Main on;
  Press(Main on) { this.on = on; }
  public void onClick(View view) { on.ask(); }
}
