// shows: what is taken from the clipboard
// manifest: {launcher: Main}
// hit: [clipboard@ClipboardManager.getPrimaryClip before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    ClipboardManager board = (ClipboardManager) getSystemService("clipboard");
    ClipData clip = board.getPrimaryClip();                     // hit
    board.setPrimaryClip(ClipData.newPlainText("a", "b"));      // miss
  }
}
