// shows: a library calls a click listener because the user has clicked, whatever the way to that call; the app's own code just calls
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > dispatch Pick.onClick]
// miss: [serial reachable = launcher Main.onCreate > androidx.example.Sheet.open > gesture Pick.onClick]

import androidx.example.Sheet;
class Main extends Activity {
  protected void onCreate(Bundle state) {
    View.OnClickListener pick = new Pick();
    pick.onClick(null);                                         // hit
    Sheet.open(pick);                                           // miss
  }
}
class Pick implements View.OnClickListener {
  public void onClick(View view) { String id = SERIAL; }
}
package androidx.example;
public class Sheet {
  public static void open(View.OnClickListener listener) { if (listener != null) listener.onClick(null); }
}
