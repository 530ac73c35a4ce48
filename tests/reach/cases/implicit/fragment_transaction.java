// shows: a fragment put into the screen by a transaction is created with it
// manifest: {launcher: Main}
// hit: [serial before_consent = launcher Main.onCreate > lifecycle Home.onCreateView]
// miss: [serial reachable = launcher Main.onBackPressed > lifecycle Home.onCreateView]

import androidx.fragment.app.*;
class Main extends FragmentActivity {
  protected void onCreate(Bundle state) {                       // hit
  public void onBackPressed() {                                 // miss
    getSupportFragmentManager().beginTransaction().add(1, new Home()).commit();
  }
}
class Home extends androidx.fragment.app.Fragment {
  public View onCreateView(LayoutInflater inflater, ViewGroup parent, Bundle state) { String id = SERIAL; return null; }
}
