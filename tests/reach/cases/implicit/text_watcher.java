// shows: a text watcher runs when the user types
// manifest: {launcher: Main}
// hit: [serial reachable = launcher Main.onCreate > gesture Typed.afterTextChanged]
// miss: [serial present = Typed.afterTextChanged]

import android.text.*;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    TextView field = (TextView) findViewById(1);
    field.addTextChangedListener(new Typed());                  // hit
    field.removeTextChangedListener(new Typed());               // miss
  }
}
class Typed implements TextWatcher {
  public void afterTextChanged(Editable text) { String id = SERIAL; }
  public void beforeTextChanged(CharSequence text, int start, int count, int after) { }
  public void onTextChanged(CharSequence text, int start, int before, int count) { }
}
