// shows: up to resume is the start; leaving the screen is not
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onResume]
// miss: [serial reachable = launcher Main.onPause]

class Main extends Activity {
  protected void onResume() {                                   // hit
  protected void onPause() {                                    // miss
    String id = SERIAL;
  }
}
