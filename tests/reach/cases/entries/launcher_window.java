// shows: the window is attached at the start and detached when the screen goes
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onAttachedToWindow]
// miss: [serial reachable = launcher Main.onDetachedFromWindow]

class Main extends Activity {
  public void onAttachedToWindow() {                            // hit
  public void onDetachedFromWindow() {                          // miss
    String id = SERIAL;
  }
}
