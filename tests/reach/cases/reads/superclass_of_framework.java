// shows: a call through the class above the one that is documented
// manifest: {launcher: Main}
// hit: [clipboard@ClipboardManager.getText before_consent = launcher Main.onCreate]
// miss: []

class Main extends Activity {
  protected void onCreate(Bundle state) {
    android.text.ClipboardManager board = (android.text.ClipboardManager) getSystemService("clipboard");
    CharSequence text = board.getText();                        // hit
    board.setText("x");                                         // miss
  }
}
