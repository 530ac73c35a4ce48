// shows: the window gets its focus without the user; onUserInteraction needs one
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onWindowFocusChanged]
// miss: [serial reachable = launcher Main.onUserInteraction]

class Main extends Activity {
  public void onWindowFocusChanged(boolean focus) {             // hit
  public void onUserInteraction() {                             // miss
    String id = SERIAL;
  }
}
